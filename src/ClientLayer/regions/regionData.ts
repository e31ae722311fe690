/**
 * Which AWS partitions, regions and services there are, and where. Generated on 2026-11-21 by
 * `scripts/generate-region-data.mjs`; do not edit.
 *
 * The facts are those of botocore 1.43.11 (Copyright 2012-2022 Amazon.com, Inc. or its affiliates. All Rights Reserved.)
 * and of @aws-sdk/core 3.981.0 (Copyright 2018 Amazon.com, Inc. or its affiliates. All Rights Reserved.), both under the
 * Apache License, Version 2.0 (http://www.apache.org/licenses/LICENSE-2.0), selected and packed.
 */

/**
 * The partitions. `regional` says how many of the `endpoints` are regions; the others are those of services without
 * regions, and variants.
 */
export const partitions: ReadonlyArray<{
  readonly name: string
  readonly pattern: RegExp
  readonly regions: string
  readonly regional: number
  readonly endpoints: string
}> = [
  {
    name: "aws",
    pattern: /^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/,
    regions: `
af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1
ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 aws-global ca-central-1
ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1
me-central-1 me-south-1 me-west-1 mx-central-1 sa-east-1 sa-west-1 us-east-1 us-east-2 us-west-1 us-west-2
`,
    regional: 34,
    endpoints: `
af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1
ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1
eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1
me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2 fips-us-west-2 fips-us-east-1 fips-us-east-2
fips-us-west-1 fips-ca-central-1 us-east-1-fips us-west-2-fips fips-ca-west-1 us-east-2-fips us-west-1-fips aws-global
ca-central-1-fips ca-west-1-fips fips fips-af-south-1 fips-ap-east-1 fips-ap-northeast-1 fips-ap-northeast-2
fips-ap-south-1 fips-ap-southeast-1 fips-ap-southeast-2 fips-eu-central-1 fips-eu-south-1 fips-eu-west-1 fips-eu-west-2
fips-eu-west-3 fips-sa-east-1 fips-ap-northeast-3 fips-ap-southeast-3 fips-aws-global fips-eu-north-1 fips-il-central-1
fips-me-central-1 fips-me-south-1 fips-ap-south-2 fips-ap-southeast-4 fips-eu-central-2 fips-eu-south-2 aws-global-fips
fips-ap-southeast-5 fips-ap-southeast-7 fips-mx-central-1 local ProdFips af-south-1-fips ap-east-1-fips
ap-northeast-1-fips ap-northeast-2-fips ap-northeast-3-fips ap-south-1-fips ap-south-2-fips ap-southeast-1-fips
ap-southeast-2-fips ap-southeast-3-fips ap-southeast-4-fips ap-southeast-5-fips ap-southeast-7-fips api-ap-northeast-1
api-ap-northeast-2 api-ap-south-1 api-ap-southeast-1 api-ap-southeast-2 api-eu-central-1 api-eu-west-1 api-us-east-1
api-us-west-2 aws aws-fips bedrock-ap-northeast-1 bedrock-ap-northeast-2 bedrock-ap-northeast-3 bedrock-ap-south-1
bedrock-ap-south-2 bedrock-ap-southeast-1 bedrock-ap-southeast-2 bedrock-ca-central-1 bedrock-eu-central-1
bedrock-eu-central-2 bedrock-eu-north-1 bedrock-eu-south-1 bedrock-eu-south-2 bedrock-eu-west-1 bedrock-eu-west-2
bedrock-eu-west-3 bedrock-fips-ca-central-1 bedrock-fips-us-east-1 bedrock-fips-us-east-2 bedrock-fips-us-west-2
bedrock-runtime-ap-northeast-1 bedrock-runtime-ap-northeast-2 bedrock-runtime-ap-northeast-3 bedrock-runtime-ap-south-1
bedrock-runtime-ap-south-2 bedrock-runtime-ap-southeast-1 bedrock-runtime-ap-southeast-2 bedrock-runtime-ca-central-1
bedrock-runtime-eu-central-1 bedrock-runtime-eu-central-2 bedrock-runtime-eu-north-1 bedrock-runtime-eu-south-1
bedrock-runtime-eu-south-2 bedrock-runtime-eu-west-1 bedrock-runtime-eu-west-2 bedrock-runtime-eu-west-3
bedrock-runtime-fips-ca-central-1 bedrock-runtime-fips-us-east-1 bedrock-runtime-fips-us-east-2
bedrock-runtime-fips-us-west-2 bedrock-runtime-sa-east-1 bedrock-runtime-us-east-1 bedrock-runtime-us-east-2
bedrock-runtime-us-west-2 bedrock-sa-east-1 bedrock-us-east-1 bedrock-us-east-2 bedrock-us-west-2 data-ap-northeast-1
data-ap-northeast-2 data-ap-south-1 data-ap-southeast-1 data-ap-southeast-2 data-eu-central-1 data-eu-west-1
data-us-east-1 data-us-west-2 dkr-us-east-1 dkr-us-east-2 dkr-us-west-1 dkr-us-west-2 dms dms-fips eu-central-1-fips
eu-central-2-fips eu-north-1-fips eu-south-1-fips eu-south-2-fips eu-west-1-fips eu-west-2-fips eu-west-3-fips
fips-api-us-east-1 fips-api-us-west-2 fips-data-us-east-1 fips-data-us-west-2 fips-dkr-us-east-1 fips-dkr-us-east-2
fips-dkr-us-west-1 fips-dkr-us-west-2 fips-prod-ca-central-1 fips-prod-ca-west-1 fips-prod-us-east-1
fips-prod-us-east-2 fips-prod-us-west-1 fips-prod-us-west-2 fips-verification-us-east-1 fips-verification-us-east-2
fips-verification-us-west-1 fips-verification-us-west-2 iam iam-fips il-central-1-fips ingest-fips-us-east-1
ingest-fips-us-east-2 ingest-fips-us-west-2 ingest-us-east-1 ingest-us-east-2 ingest-us-west-2 me-central-1-fips
me-south-1-fips mx-central-1-fips prod-ca-central-1 prod-ca-west-1 prod-us-east-1 prod-us-east-2 prod-us-west-1
prod-us-west-2 rds-fips.ca-central-1 rds-fips.ca-west-1 rds-fips.us-east-1 rds-fips.us-east-2 rds-fips.us-west-1
rds-fips.us-west-2 rds.ca-central-1 rds.ca-west-1 rds.us-east-1 rds.us-east-2 rds.us-west-1 rds.us-west-2
rekognition-fips.ca-central-1 rekognition-fips.us-east-1 rekognition-fips.us-east-2 rekognition-fips.us-west-1
rekognition-fips.us-west-2 rekognition.ca-central-1 rekognition.us-east-1 rekognition.us-east-2 rekognition.us-west-1
rekognition.us-west-2 s3-external-1 sa-east-1-fips sandbox ui-ap-northeast-1 ui-ap-northeast-2 ui-ap-southeast-1
ui-ap-southeast-2 ui-ca-central-1 ui-eu-central-1 ui-eu-west-2 ui-us-east-1 ui-us-west-2 verification-af-south-1
verification-ap-east-1 verification-ap-northeast-1 verification-ap-northeast-2 verification-ap-south-1
verification-ap-southeast-1 verification-ap-southeast-2 verification-ca-central-1 verification-eu-central-1
verification-eu-north-1 verification-eu-south-1 verification-eu-west-1 verification-eu-west-2 verification-eu-west-3
verification-me-south-1 verification-sa-east-1 verification-us-east-1 verification-us-east-2 verification-us-west-1
verification-us-west-2
`
  },
  {
    name: "aws-cn",
    pattern: /^cn-\w+-\d+$/,
    regions: `
aws-cn-global cn-north-1 cn-northwest-1
`,
    regional: 2,
    endpoints: `
cn-north-1 cn-northwest-1 aws-cn-global fips-cn-north-1 fips-cn-northwest-1 api-cn-north-1 data-cn-north-1
verification-cn-north-1 verification-cn-northwest-1
`
  },
  {
    name: "aws-eusc",
    pattern: /^eusc-(de)-\w+-\d+$/,
    regions: `
eusc-de-east-1
`,
    regional: 1,
    endpoints: `
eusc-de-east-1
`
  },
  {
    name: "aws-iso",
    pattern: /^us-iso-\w+-\d+$/,
    regions: `
aws-iso-global us-iso-east-1 us-iso-west-1
`,
    regional: 2,
    endpoints: `
us-iso-east-1 us-iso-west-1 fips-us-iso-east-1 fips-us-iso-west-1 aws-iso-global us-iso-east-1-fips us-iso-west-1-fips
ProdFips bedrock-runtime-us-iso-east-1 bedrock-us-iso-east-1 dms dms-fips fips-prod-us-iso-east-1 prod-us-iso-east-1
rds.us-iso-east-1 rds.us-iso-west-1
`
  },
  {
    name: "aws-iso-b",
    pattern: /^us-isob-\w+-\d+$/,
    regions: `
aws-iso-b-global us-isob-east-1 us-isob-west-1
`,
    regional: 2,
    endpoints: `
us-isob-east-1 us-isob-west-1 fips-us-isob-east-1 aws-iso-b-global us-isob-east-1-fips ProdFips dms dms-fips fips
rds.us-isob-east-1
`
  },
  {
    name: "aws-iso-e",
    pattern: /^eu-isoe-\w+-\d+$/,
    regions: `
aws-iso-e-global eu-isoe-west-1
`,
    regional: 1,
    endpoints: `
eu-isoe-west-1 aws-iso-e-global ProdFips eu-isoe-west-1-fips fips-eu-isoe-west-1
`
  },
  {
    name: "aws-iso-f",
    pattern: /^us-isof-\w+-\d+$/,
    regions: `
aws-iso-f-global us-isof-east-1 us-isof-south-1
`,
    regional: 2,
    endpoints: `
us-isof-east-1 us-isof-south-1 aws-iso-f-global fips-us-isof-east-1 fips-us-isof-south-1 us-isof-east-1-fips
us-isof-south-1-fips ProdFips dms dms-fips
`
  },
  {
    name: "aws-us-gov",
    pattern: /^us-gov-\w+-\d+$/,
    regions: `
aws-us-gov-global us-gov-east-1 us-gov-west-1
`,
    regional: 2,
    endpoints: `
us-gov-east-1 us-gov-west-1 fips-us-gov-west-1 fips-us-gov-east-1 us-gov-west-1-fips us-gov-east-1-fips
aws-us-gov-global fips fips-aws-us-gov-global ProdFips api-us-gov-west-1 aws-us-gov-global-fips
bedrock-fips-us-gov-east-1 bedrock-fips-us-gov-west-1 bedrock-runtime-fips-us-gov-east-1
bedrock-runtime-fips-us-gov-west-1 bedrock-runtime-us-gov-east-1 bedrock-runtime-us-gov-west-1 bedrock-us-gov-east-1
bedrock-us-gov-west-1 data-us-gov-west-1 dataplane-us-gov-east-1 dataplane-us-gov-west-1 dkr-us-gov-east-1
dkr-us-gov-west-1 dms dms-fips fips-api-us-gov-west-1 fips-data-us-gov-west-1 fips-dkr-us-gov-east-1
fips-dkr-us-gov-west-1 fips-prod-us-gov-east-1 fips-prod-us-gov-west-1 fips-verification-us-gov-east-1
fips-verification-us-gov-west-1 iam-govcloud iam-govcloud-fips prod-us-gov-east-1 prod-us-gov-west-1 rds.us-gov-east-1
rds.us-gov-west-1 rekognition-fips.us-gov-west-1 rekognition.us-gov-west-1 servicediscovery servicediscovery-fips
us-gov-west-1-fips-secondary us-gov-west-1-secondary verification-us-gov-east-1 verification-us-gov-west-1
`
  }
]

/**
 * The services, as `name:alias:endpoints`: its name in the AWS SDK for JavaScript, its name in botocore if that is
 * another, and for each partition which endpoints it has there, bits in hexadecimal.
 */
export const services = `
accessanalyzer::27fffffffff,3,1,,,1,3,33 account::100000000000,4 acm::6d83ffffffff,3,1,3,3,1,3,3
acm-pca::27fffffffff,3,1,3,,1,3,f aiops:: amp::583ffffdfff,,,,,,,3 amplify::3e9da837a amplifybackend::3e9da8378
amplifyuibuilder::3e9da8378 api-gateway:apigateway:27fffffffff,3,1,3,1,1,,3 apigatewaymanagementapi::
apigatewayv2::27fffffffff,3,1,3,1,1,,3 app-mesh:appmesh:2d83ebfe877b,3 appconfig::3ffffffff,3,1,3,3,1,3,f
appconfigdata::3ffffffff,3,1,3,3,1,3,f appfabric:: appflow::3fe1c28359 appintegrations::240828319
application-auto-scaling:application-autoscaling:3ffffffff,3,1,3,3,1,3,33
application-discovery-service:discovery:240c20208 application-insights::27fefff8ffb,3,,,,,,f application-signals::
applicationcostprofiler:: apprunner::1ec1c20348 appstream::8182e3f29358,,,,1,,,b3 appsync::3efffdffb,3
arc-region-switch:: arc-zonal-shift::3ffffffff,3,1,3,3,1,3,3 artifact:: athena::27fffffffff,3,1,1,1,1,3,f
auditmanager::d83c0c28348 auto-scaling:autoscaling:27fffffffff,3,1,3,3,1,3,3
auto-scaling-plans:autoscaling-plans:3e9da877b,3,,,,,,33 b2bi:: backup::3ffffffff,3,1,3,1,,3,3
backup-gateway::3e9da837b,,,,,,,3 backupsearch:: batch::3fffffffff,3,1,3,3,1,3,f bcm-dashboards:: bcm-data-exports::
bcm-pricing-calculator:: bcm-recommended-actions:: bedrock::3fffffffffffc00000000000000003fffffffd,,1,301,1,,3,ff003
bedrock-agent:: bedrock-agent-runtime:: bedrock-agentcore:: bedrock-agentcore-control:: bedrock-data-automation::
bedrock-data-automation-runtime:: bedrock-runtime:: billing:: billingconductor::100000000000 braket::340880000
budgets::100000000000,4,,11,9,3,6 chatbot:: chime::100000000000 chime-sdk-identity::8040020000
chime-sdk-media-pipelines::18240828358 chime-sdk-meetings::218242828359,,,,,,,33 chime-sdk-messaging::8040020000
chime-sdk-voice::218240c28318 cleanrooms::1ec0ca0318 cleanroomsml:: cloud9::7febda837b
cloudcontrol::27fffffffff,3,1,3,3,1,3,f clouddirectory::2c0c28300,,,,,,,12 cloudformation::d83ffffffff,3,1,3,3,1,3,33
cloudfront::100000000000,4 cloudfront-keyvaluestore:: cloudhsm::40000000,,,,,,,2
cloudhsm-v2:cloudhsmv2:3fffff7fb,,,,,,,3 cloudsearch::360420318 cloudsearch-domain:cloudsearchdomain:
cloudtrail::3fffffffff,3,1,f,7,1,3,f cloudtrail-data::3edda877b,,,,,1,3 cloudwatch::3fffffffff,3,1,3,3,1,3,f
cloudwatch-logs:logs:27fffffffff,3,1,3,3,1,3,f codeartifact::2c1da0348 codebuild::d83effefffb,3,,3,1,,3,33
codecatalyst::100000000000 codecommit::ad83efda87fb,3,,,,,,b3 codeconnections:: codedeploy::d83ffffffff,3,1,3,3,1,3,33
codeguru-reviewer::2c0ca0308 codeguru-security:: codeguruprofiler::2c0ca0308 codepipeline::7feffe9ffb,3,,,,,3,f
codestar-connections::3e1da8358,,,,,,,1 codestar-notifications::3e9ca835a cognito-identity::3fffffffff,1,1,,,,,7
cognito-identity-provider:cognito-idp:3fffffffff,,1,,,,,7 cognito-sync::2c0c20358 comprehend::5ec0c28358,,,5,,,3,6
comprehendmedical::5ec0c08200,,,,,,,6 compute-optimizer::3effe8ffb,3,1,,,1,3,3 compute-optimizer-automation::
config-service:config:3fffffffff,3,1,f,7,1,3,f connect::4e40828319,,,,,,,6 connect-contact-lens::240828358
connectcampaigns::e40828319 connectcampaignsv2::e40828319 connectcases::e40828319 connecthealth::
connectparticipant::e40828319,,,,,,,6 controlcatalog:: controltower::6d83ffffffff,,1,,,,,33
cost-and-usage-report-service:cur:40000000,2 cost-explorer:ce:100000000000,4,,10,8,,4
cost-optimization-hub::40000000,,1,,,1,2 customer-profiles::4e40828319 data-pipeline:datapipeline:240400208,,,1
database-migration-service:dms:1800000000000000000000000000000d83ffffffff,3,1,c63,d3,1,363,6000033
databrew::3fe1da835b,3,,,,,,6 dataexchange::3c0c20318 datasync::27fffffffff,3,1,f,1,,,f datazone::3ffffffff,3,1,,,,,3
dax::3e1ea0348,3 deadline:: detective::2d83ebda835b,,,,,,,33 device-farm:devicefarm:200000000 devops-agent::
devops-guru::7fe1ca8358 direct-connect:directconnect:27fffffffff,3,1,3,3,1,3,f
directory-service:ds:27fffffdffb,3,1,f,5,1,3,f directory-service-data:ds-data: dlm::3ffffffff,3,1,3,3,1,3,33
docdb::1ffe00000000000000000000000000000000000000006d83ffffffff,3,1,c063,213,1,3,18000000033 docdb-elastic::
drs::3feffe8ffb,,1,,,,,f dsql:: dynamodb::100000006d83ffffffff,3,1,3,3,1,3,33
dynamodb-streams:dynamodbstreams:100000000003ffffffff,3,1,3,3,1,3,3 ebs::27fffffffff,3,1,3,3,1,3,3
ec2::27fffffffff,3,1,3,3,1,3,3 ec2-instance-connect::
ecr::1e00078000000000000000000000000000003fffffffff,3,1,3,3,1,3,6180000f ecr-public::240000000
ecs::3fffffffff,3,1,3,3,1,3,f efs::eff7fff027fffffffff,1b,1,f,5,11,1b,f eks::3fffffffff,3,1,3,3,1,3,f
eks-auth::3ffffffff,3,1,,,,,3 elastic-beanstalk:elasticbeanstalk:3feffffffb,3,,,,,,33
elastic-load-balancing:elb:3fffffffff,3,1,3,3,1,3,f elastic-load-balancing-v2:elbv2:3fffffffff,3,1,3,3,1,3,f
elasticache::8d83ffffffff,3,1,3,3,1,3,93 elasticsearch-service:es:8d83ffffffff,3,1,3,3,1,3,b3 elementalinference::
emr::27fffffffff,3,1,f,7,1,3,f emr-containers::7feffe87fb,3,,,,,,f emr-serverless::7fffffffff,3,,,,1,,f
entityresolution:: eventbridge:events:3fffffffff,3,1,3,3,1,3,f evs:: finspace::2c0c28308 finspace-data::2c0408000
firehose::3fffffffff,3,1,3,3,1,3,f fis:: fms::81fff027fffffffff,3,,,,,,f forecast::1ec0420358 forecastquery::1ec0420358
frauddetector::2c0400300 freetier:: fsx::1f80007e000000000000000000000000000000000027fffffffff,3,1,3007,1,,3,618000000f
gamelift::3e9dad37b,3 gameliftstreams::3ffffffff,3,1,,,,,3 geo-maps:: geo-places:: geo-routes::
glacier::7fe9da877b,3,,f,5,,,f global-accelerator:globalaccelerator:7ffffffff glue::3fffffffff,3,1,1,1,1,3,f
grafana::2c0c20318,,,,,,,3 greengrass::5ec0e29358,1,,,,,,60000f greengrassv2::5ec0e29358,1,,,,,,60000f
groundstation::1ee84a0311 guardduty::4d83ffffffff,3,1,1,1,,3,33 health::101080000000,4,1,1,1,,,46 healthlake::2c0c08240
iam::1800000000000000000000000000001000000100000000000,4,,10,8,,4,1800000840 identitystore::3ffffffff,3,1,,,,1,f
imagebuilder:: importexport::100000000000 inspector::3fc0ca0258,,,,,,,f inspector-scan::
inspector2::3fffffdfff,3,,,,,,f interconnect:: internetmonitor::3ffffffff,3,1,,,,,3 invoicing::
iot::7feffa935a,3,,,,,,f iot-data-plane:iot-data:7feffa935a,3,,,,,,f iot-events:iotevents:5ec0c28358,1,,,,,,6
iot-events-data:iotevents-data: iot-jobs-data-plane:iot-jobs-data:7fedea935a,3,,,,,,f iot-managed-integrations::
iot-wireless:iotwireless:260420208 iotdeviceadvisor::240400008 iotfleetwise::40020040
iotsecuretunneling::7feffa935a,3,,,,,,f iotsitewise::5ec0428358,1,,,,,,6 iotthingsgraph::240400218
iottwinmaker::1e0007fc000000000000ff80000000000000e40420358,61,,,,,,18100406 ivs::240420058 ivs-realtime::240420058
ivschat::240420058 kafka::27fffffffff,3,1,,,,,33 kafkaconnect::3ffffffff,3,,,,,,3 kendra::5ec0c08348,,,,,,,6
kendra-ranking::3ff7dffff,3,1,,,,,3 keyspaces::fedca835b,3,,,,,,33 keyspacesstreams:: kinesis::3fffffffff,3,1,3,3,1,3,f
kinesis-analytics:kinesisanalytics:27fffffffff,3,1,1,1,,,f
kinesis-analytics-v2:kinesisanalyticsv2:27fffffffff,3,1,1,1,,,f kinesis-video:kinesisvideo:2e9e2935b,1,,1,,,,f
kinesis-video-archived-media::2e9e2935b,1,,1,,,,f kinesis-video-media::2e9e2935b,1,,1,,,,f
kinesis-video-signaling::2e9e2935b,1,,1,,,,f kinesis-video-webrtc-storage::2e9e2935b,1,,1,,,,f
kms::1000000070200001fe0000000000000000007ffe00000006d83ffffffff,3,1,e3,33,d,e3,233
lakeformation::3fffffffff,3,1,1,1,1,3,f lambda::3fffffffff,3,1,3,3,1,3,f launch-wizard::
lex-model-building-service:lex-models:18240c20308,,,,,,,12 lex-models-v2:lexv2-models:240c28319,,,,,,,2
lex-runtime-service:lex-runtime:18240c20308,,,,,,,12 lex-runtime-v2:lexv2-runtime:240c28319,,,,,,,2
license-manager::3fffffffff,3,1,3,1,1,3,f license-manager-linux-subscriptions::3fffffffff,3,,,,,,3
license-manager-user-subscriptions::3fffffdfff,,,,,,,3 lightsail::2c1ca9758 location::2e0ea9348,,,,,,,6
lookoutequipment::40400010 m2::7fe3fa8379,,,,,,,f machine-learning:machinelearning:40400000 macie2::3febda837b
mailmanager:: managedblockchain::40c00118,,,,,,,2 managedblockchain-query::40000000
marketplace-agreement::40000000,,1,5,1,,2 marketplace-catalog::40000000
marketplace-commerce-analytics:marketplacecommerceanalytics:40000000 marketplace-deployment:: marketplace-discovery::
marketplace-entitlement-service:marketplace-entitlement:40000000,2,1
marketplace-metering:meteringmarketplace:3effe8ffb,2,1,,1,,,3 marketplace-reporting:: mediaconnect::3e5ca9bfb
mediaconvert::7fe5ca9b79,2,,,,,,6 medialive::1ee5ca9bf8,,,5,5 mediapackage::3e1ca8b78,,,1,1 mediapackage-vod::3e5ca8bf8
mediapackagev2::7fe5ca9bf8 mediastore::240ca0218 mediastore-data::240ca0218 mediatailor::2e5ca9bf9 medical-imaging::
memorydb::8003e1fa835a,3,,,,,,3 mgn::3fffffffff,,,,,,,f migration-hub:mgh:240c20208 migration-hub-refactor-spaces::
migrationhub-config:: migrationhuborchestrator::240c20208 migrationhubstrategy::240c20208 mpa::
mq::3fffffffff,3,,1,,,,f mturk::20000000000000000000000000000000000000000000000000040000000 mwaa::3efffdffb,3
mwaa-serverless:: neptune::1ffe00000000000000000000000000000000000000006d83ffffffff,3,1,c063,213,1,3,18000000033
neptune-graph:: neptunedata:: network-firewall::7fffffffff,3,1,1,1,,,f networkflowmonitor::
networkmanager::8000100000000000,,,,,,,140 networkmonitor:: notifications::3ffffffff,3,1,,,,,3
notificationscontacts::100000000000 nova-act::40000000 oam::3ffffffff,3,1,3,3,1,3,3 observabilityadmin:: odb::
omics::e42c20110 opensearch::8d83ffffffff,3,1,3,3,1,3,b3 opensearchserverless::3e1fe83fa,,,,,,,3
organizations::8000100000000000,4,,10,8,2,4,140 osis::3e0ea8358 outposts::7ffffa877b,,,1,1,,,f panorama::
partnercentral-account:: partnercentral-benefits:: partnercentral-channel::40000000 partnercentral-selling::
payment-cryptography:: payment-cryptography-data:: pca-connector-ad:: pca-connector-scep:: pcs::
personalize::2c0428358,1 personalize-events:: personalize-runtime:: pi::27fffffffff,3,1,3,3,1,3,f
pinpoint::5ec0c28358,,,,,,,6 pinpoint-email::7fefdf97f9,,1,,,,,f pinpoint-sms-voice:sms-voice:
pinpoint-sms-voice-v2::27fffffaffd,,1,,,,,f pipes::3edfe87fb,3,,,,1,3 polly::7fe9ee937b,2,1,,,,,6
pricing::40020040,2,1,1,1,1,2 proton::2c0c28318 qapps:: qbusiness::3ffffffff,3,1,,,,,3
qconnect::7fc0000000000000000000000000000000000000000000000004e40828318 quicksight::2e7fe9759,1,,,,,3,3
ram::27fffffffff,3,1,3,3,1,3,33 rbin::27fffffffff,3,1,f,7,1,3,f
rds::1ffe00000000000000000000000000000000000000006d83ffffffff,3,1,c063,213,1,3,18000000033 rds-data::3fc1c28358
redshift::27fffffffff,3,1,3,3,1,3,3 redshift-data:: redshift-serverless::7ff7ffffff,3,,,,1,3,f
rekognition::7fe00000000000000000000000000000000000000000002d83e2e28358,,,,,1,3,60000000012 repostspace::
resiliencehub::3e9da835b,,,,,,,f resource-explorer-2::27fffffffff,,,,,,,3 resource-groups::3fffffffff,3,1,3,3,1,3,f
resource-groups-tagging-api:resourcegroupstaggingapi:3ffffffff,3,1,3,3,1,3,3 rolesanywhere::3fffffffff,3,1,,,,3,f
route-53:route53:8000100000000000,4,,10,8,2,4,140 route-53-domains:route53domains:40000000 route53-recovery-cluster::
route53-recovery-control-config::100000000000 route53-recovery-readiness:: route53globalresolver::
route53profiles::3ffffffff,3,1,,,1,3,3 route53resolver::6d83ffffffff,3,1,3,3,1,3,33 rtbfabric:: rum::3ffffdffb,,1,,,,,3
s3::8000000000000000000000000000000000000000000000127fffffffff,3,1,f,7,1,3,f
s3-control:s3control:6d83efff8ffb,3,1,63,11,,,33 s3files:: s3outposts::7febda877b,,,5,5,,,f s3tables:: s3vectors::
sagemaker::6d83ffffffff,3,1,1,1,,3,600000000033 sagemaker-a2i-runtime:: sagemaker-edge::2c0420008
sagemaker-featurestore-runtime:: sagemaker-geospatial::200000000 sagemaker-metrics::6d83ffffffff,3,1,1,1,1,3,3
sagemaker-runtime::d83ffffffff,3,1,1,1,,3,13 savingsplans::100000000000,3,,,,2,4 scheduler::3ffffffff,3,1,3,3,1,3,3
schemas::3edfe877b,3,,,,1,3,3 secrets-manager:secretsmanager:6d83ffffffff,3,1,63,13,1,3,33 security-ir::
securityagent:: securityhub::3fffffffff,3,1,3,3,,,f securitylake::3fe1ca8378,,,,,,,33
serverlessapplicationrepository:serverlessrepo:2d83e9ca835a,3,,,,,,33
service-catalog:servicecatalog:d83efffaffb,3,,,,1,,33
service-catalog-appregistry:servicecatalog-appregistry:7fefff8ffb,,,,,,,3 service-quotas::3ffffffff,3,1,3,3,1,3,f
servicediscovery::6d83ffffffff,3,1,3,3,1,3,180000000033 ses::7fefdf97f9,,1,,,,,f sesv2::7fefdf97f9,,1,,,,,f
sfn:stepfunctions:27fffffffff,3,1,f,7,1,3,f shield::8000100000000000
signer::7ffff8000000000000780000000000000000000000000000000000003fe9da835b,183,1,,,,,180060000000f signer-data::
signin:: simpledb:sdb:360400308 simpledbv2::360400308 simspaceweaver::2c04a0300,,,,,,,f snow-device-management::
snowball::77fff007fe7da877b,1b,,3,1,,,f sns::23fffffffff,3,1,3,3,1,3,f socialmessaging::
sqs::27fffffffff,3,1,f,7,1,1b,f ssm::27fffffffff,3,1,3,3,1,3,f ssm-contacts::3fe1ca8358 ssm-guiconnect::
ssm-incidents::7fe1ca8358 ssm-quicksetup::7fe1ca8358 ssm-sap::7feffe8ffb sso::3ffffffff,3,1,,,,,3
sso-admin::3ffffffff,3,1,,,,,33 sso-oidc::3ffffffff,3,1,,,,,3
storage-gateway:storagegateway:6d83ffffffff,3,1,3,111,,,b3 sts::1d83ffffffff,3,1,3,3,1,3,33 supplychain::
support::100000000000,4,,10,8,,,46 support-app::240400000 sustainability:: swf::27fffffffff,3,1,f,7,1,3,33
synthetics::27fffffffff,3,1,3,3,1,3,f taxsettings::100000000000 textract::7fc1e28350,,,1,,,3,f timestream-influxdb::
timestream-query::2c0420248,,,,,,,2 timestream-write::fc0000000000000000000000000000000000000002c0420248,,,,,,,12
tnb::2612a8210 transcribe::7fe9ce835b,3,,5,,,3,f transfer::27fffffffff,3,1,,,,,f translate::d83c1ca835a,,,21,,,3,12
trustedadvisor::1ec0400210,,1,,,1,2 uxc:: verifiedpermissions::27fffffffff,3,,,,,,f voice-id::4e40828308
vpc-lattice::3fdff8ffb waf::30000001000000100000000000 waf-regional::ff7fff007feffe8ffb,1b,,,,,,f
wafv2::eff7fff027fffffffff,1b,1,1,1,,,f wellarchitected::3e9ca835a,,,,,,,3 wickr::
wisdom::7fc0000000000000000000000000000000000000000000000004e40828318 workdocs::e40400308 workmail::240400000
workmailmessageflow:: workspaces::ee3c29359,2,,f,5,,,f workspaces-instances:: workspaces-thin-client::240c28040
workspaces-web::e40c28348 xray::3fffffffff,3,1,3,3,1,3,f
`
